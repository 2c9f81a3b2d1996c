# Sourced by ./ternary and ./verify: sets JAVA_HOME to a JDK 25, or says what to install and exits.

# Prints the major version that DIR/release names, without starting a JVM. java_program is what it must have, javac unless set.
jdk_major() {
  [ -x "$1/bin/${java_program:-javac}" ] && [ -r "$1/release" ] || return 1
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

find_jdk25() {
  local candidate on_path
  on_path=$(command -v java || true)
  if [ -n "$on_path" ]; then
    on_path=$(dirname "$(dirname "$(readlink -f "$on_path" 2>/dev/null || echo "$on_path")")")
  fi
  for candidate in "${JAVA_HOME:-}" "$on_path" \
    /usr/lib/jvm/* /opt/java/* /opt/jdk* /opt/java* "${HOME:-/nonexistent}"/.sdkman/candidates/java/* "${HOME:-/nonexistent}"/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if [ -n "$candidate" ] && [ "$(jdk_major "$candidate")" = 25 ]; then
      JAVA_HOME=$candidate
      export JAVA_HOME
      return 0
    fi
  done
  cat >&2 <<'MESSAGE'
ternary: no JDK 25 found. Looked at JAVA_HOME, at java on the PATH and in the usual folders.
Install one and run this again, for example:
  Debian, Ubuntu   apt-get install temurin-25-jdk     (from the Adoptium repository)
  macOS            brew install --cask temurin@25
  anywhere         unpack an archive from https://adoptium.net and set JAVA_HOME to its folder
MESSAGE
  exit 1
}

find_maven() {
  if ! command -v mvn >/dev/null; then
    echo "ternary: Maven 3.8.7 or newer is needed to build, and there is no 'mvn' on the PATH. Install the package 'maven'." >&2
    exit 1
  fi
}
