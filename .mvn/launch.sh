# What carnet and carnetd share: where the jars are, building them from a checkout, and the java to run. Sourced by bash.
#
# Two layouts. A checkout has mvnw beside the launcher: jars in <module>/target/dist/lib, built on first use. An installation
# has bin/, lib/carnet/, lib/carnetd/, lib/*.sh and conf/: nothing is ever built there.

export LC_ALL=C.UTF-8 # without a UTF-8 locale the JVM can name no file that is not ASCII

# `here` is the launcher's own folder, links followed; it is set by whoever sources this file.
checkout=
home=${here%/bin}
scripts=$home/lib
if [[ -e $here/mvnw ]]; then
  checkout=$here
  scripts=$here/.mvn
fi

# launch_stale: whether a source of the checkout is newer than what was built from it.
launch_stale() {
  local stamp=$checkout/client/target/dist/stamp other=$checkout/daemon/target/dist/stamp
  if [[ ! -e $stamp || ! -e $other ]]; then return 0; fi
  if [[ $other -ot $stamp ]]; then stamp=$other; fi
  local newer
  newer=$(find "$checkout/pom.xml" "$checkout"/{proto,client,daemon}/{pom.xml,src/main} -newer "$stamp" -print -quit)
  [[ -n $newer ]]
}

# launch_build NAME: builds the checkout where it is stale. Of several launchers at once one builds, the others wait.
# A child of a launcher, and a test, finds CARNET_NO_BUILD set: nobody builds under a running build or a running demo.
launch_build() {
  if [[ -z $checkout ]]; then return 0; fi
  if [[ -n ${CARNET_NO_BUILD-} ]]; then
    if [[ -d $checkout/daemon/target/dist/lib && -d $checkout/client/target/dist/lib ]]; then return 0; fi
    echo "$1: not built, and CARNET_NO_BUILD is set: run ./mvnw package first" >&2
    exit 1
  fi
  export CARNET_NO_BUILD=1
  if ! launch_stale; then return 0; fi
  mkdir -p "$checkout/target"
  (
    if command -v flock >/dev/null; then flock 9; fi
    if ! launch_stale; then exit 0; fi
    why="first use"
    if [[ -e $checkout/client/target/dist/stamp ]]; then why="sources changed"; fi
    echo "building carnet ($why)…" >&2
    cd "$checkout"
    env -u CARNET_NO_BUILD ./mvnw -q -B -pl client,daemon -am package -Dmaven.test.skip=true >&2 9>&-
  ) 9>"$checkout/target/launch.lock" || {
    echo "$1: the build failed; ./mvnw package shows why" >&2
    exit 1
  }
}

# launch_classpath MODULE NAME: sets `lib` and `classpath`, the jars in a fixed order (the AOT cache depends on it).
launch_classpath() {
  if [[ -n $checkout ]]; then lib=$checkout/$1/target/dist/lib; else lib=$home/lib/$2; fi
  local jars=("$lib"/*.jar)
  if [[ ! -e ${jars[0]} ]]; then
    echo "$2: no jars in $lib" >&2
    exit 1
  fi
  local IFS=:
  classpath="${jars[*]}"
}

# launch_jdk: sets JAVA_HOME to a JDK 25 or newer.
launch_jdk() {
  . "$scripts/jdk25.sh"
}
