#!/usr/bin/env bash
# Makes target/ternary-VERSION.zip: the ternary command for who has Java 25 and no Maven. `--pytorch` adds what quickstart and train need, which
# is 120 MB for Linux on x86-64. TERNARY_BUILD=no takes the jars of the last build.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/scripts/jdk25.sh"
find_jdk25
modules=(cli)
name_end=
case "${1:-}" in
  '') ;;
  --pytorch) modules=(cli cli-pytorch) name_end=-pytorch ;;
  *)
    echo "usage: scripts/dist.sh [--pytorch]" >&2
    exit 2
    ;;
esac
cd "$root"
if [ "${TERNARY_BUILD:-}" != no ]; then
  find_maven
  mvn -q -B -pl "$(IFS=,; echo "${modules[*]}")" -am package -DskipTests
fi
version=$(sed -n 's:.*<version>\(.*\)</version>.*:\1:p' bom/pom.xml | head -n 1)
name=ternary-$version$name_end
out=${TERNARY_DIST:-$root/target}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
folder=$work/$name
mkdir -p "$folder/lib" "$out"
for module in "${modules[@]}"; do
  if [ ! -r "$module/target/classpath" ]; then
    echo "dist: $module is not built, and TERNARY_BUILD=no forbids it" >&2
    exit 1
  fi
  cp "$module/target/ternary-$module-$version.jar" "$folder/lib/"
  IFS=: read -r -a jars <"$module/target/classpath" || true
  cp "${jars[@]}" "$folder/lib/"
done
cp scripts/jdk25.sh scripts/start.sh "$folder/lib/"
cp scripts/dist/ternary scripts/dist/ternary.bat "$folder/"
cp LICENSE NOTICE README.md CHANGELOG.md "$folder/"
cp -R docs "$folder/docs"
chmod -R u=rwX,go=rX "$folder"
chmod 755 "$folder/ternary"
rm -f "$out/$name.zip"
"$JAVA_HOME/bin/java" scripts/dist/Zip.java "$folder" "$out/$name.zip"
echo "$out/$name.zip"
