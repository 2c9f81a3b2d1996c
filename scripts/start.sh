# Sourced by ./ternary, here and in the zip: starts Java with what the command needs.

java_options=(
  --add-modules=jdk.incubator.vector
  --enable-native-access=ALL-UNNAMED
  --sun-misc-unsafe-memory-access=allow
  -XX:+UseSerialGC
)

# Becomes Java, with the class path that is the first argument and the command that the others are. TERNARY_JAVA_OPTS are options for Java.
start_ternary() {
  local class_path=$1 out_terminal err_terminal line end
  shift
  [ -t 1 ] && out_terminal=true || out_terminal=false
  [ -t 2 ] && err_terminal=true || err_terminal=false

  # The JVM cannot be told to keep its first line, on the incubator module, to itself; all else passes as it comes.
  exec "$JAVA_HOME/bin/java" \
    "${java_options[@]}" \
    -Dai.djl.offline=true -DOPT_OUT_TRACKING=true \
    -Dternary.terminal.out=$out_terminal -Dternary.terminal.err=$err_terminal \
    ${TERNARY_JAVA_OPTS:-} \
    -cp "$class_path" dev.ternary.cli.Main "$@" \
    2> >(
      trap '' INT # Ctrl-C is for Java, whose last words must still get through.
      IFS= read -r line && end=$'\n' || end=
      case $line in
        'WARNING: Using incubator modules: jdk.incubator.vector') ;;
        *) printf '%s%s' "$line" "$end" >&2 ;;
      esac
      exec cat >&2
    )
}
