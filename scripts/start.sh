# Sourced by ./ternary, here and in the zip: starts Java with what the command needs.

java_options=(
  --add-modules=jdk.incubator.vector
  --enable-native-access=ALL-UNNAMED
  --sun-misc-unsafe-memory-access=allow
  -XX:+UseSerialGC
)

# Passes on what comes, but for a warning of libtorch to whoever wrote its caller. Bars, which end no line, pass after a tenth of a second.
without_warning() {
  local part held= rest=0
  [ "${BASH_VERSINFO[0]}" -ge 4 ] || exec cat
  while [ "$rest" != 1 ]; do
    IFS= read -r -t 0.1 part && rest=0 || rest=$?
    part=$held$part held=
    case $rest$part in
      0*'[W'*'AutoNonVariableTypeMode is deprecated'*) printf '%s' "${part%%'[W'*}" ;;
      0*) printf '%s\n' "$part" ;;
      1[0-9][0-9]*'[W'* | 1[0-9][0-9]*'[') held=$part ;; # A line of libtorch that has not ended.
      *) printf '%s' "$part" ;;
    esac
  done
}

# Becomes Java, with the class path that is the first argument and the command that the others are. TERNARY_JAVA_OPTS are options for Java.
start_ternary() {
  local class_path=$1 out_terminal err_terminal size line end
  shift
  [ -t 1 ] && out_terminal=true || out_terminal=false
  [ -t 2 ] && err_terminal=true || err_terminal=false
  # Rows and columns of the terminal, nothing where there is none.
  size=$(stty size 2>/dev/null <&2) || size=

  # With the locale C the JVM could not name files beyond ASCII.
  case ${LC_ALL:-${LC_CTYPE:-${LANG:-C}}} in
    C | POSIX) export LC_ALL=C.UTF-8 ;;
  esac

  # The JVM cannot be told to keep its first line, on the incubator module, to itself; all else passes as it comes.
  exec "$JAVA_HOME/bin/java" \
    "${java_options[@]}" \
    -Dai.djl.offline=true -DOPT_OUT_TRACKING=true \
    -Dternary.terminal.out=$out_terminal -Dternary.terminal.err=$err_terminal -Dternary.terminal.columns="${size#* }" \
    ${TERNARY_JAVA_OPTS:-} \
    -cp "$class_path" dev.ternary.cli.Main "$@" \
    2> >(
      trap '' INT # Ctrl-C is for Java, whose last words must still get through.
      IFS= read -r line && end=$'\n' || end=
      case $line in
        'WARNING: Using incubator modules: jdk.incubator.vector') ;;
        *) printf '%s%s' "$line" "$end" >&2 ;;
      esac
      without_warning >&2
    )
}
