# Finds a JDK 25 or newer and exports it as JAVA_HOME. Sourced by mvnw, carnet and carnetd (POSIX sh; works under `set -euf`).
#
# Order: CARNET_JAVA_HOME, JAVA_HOME, the java on PATH, /usr/lib/jvm. The version is read from the file `release` that
# every JDK carries, since starting each candidate to ask it would cost more than the command itself.

# carnet_is_jdk25 DIR: whether DIR holds a JDK that builds and runs Carnet.
carnet_is_jdk25() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  while IFS='=' read -r carnet_key carnet_value || [ -n "$carnet_key" ]; do
    [ "$carnet_key" = JAVA_VERSION ] || continue
    carnet_value=${carnet_value#\"}
    carnet_value=${carnet_value%%[!0-9]*}
    [ "${carnet_value:-0}" -ge 25 ] && return 0
    return 1
  done <"$1/release"
  return 1
}

# carnet_on_path: prints the home of the java that PATH names, links followed.
carnet_on_path() {
  carnet_java=$(command -v java) || return 1
  carnet_java=$(readlink -f "$carnet_java") || return 1
  printf '%s\n' "${carnet_java%/bin/java}"
}

carnet_find_jdk25() {
  if [ -n "${CARNET_JAVA_HOME-}" ]; then
    carnet_is_jdk25 "$CARNET_JAVA_HOME" && JAVA_HOME=$CARNET_JAVA_HOME && return 0
    echo "CARNET_JAVA_HOME=$CARNET_JAVA_HOME is no JDK 25 or newer (bin/java, bin/javac and release are looked for)." >&2
    return 1
  fi
  [ -n "${JAVA_HOME-}" ] && carnet_is_jdk25 "$JAVA_HOME" && return 0
  if carnet_home=$(carnet_on_path) && carnet_is_jdk25 "$carnet_home"; then
    JAVA_HOME=$carnet_home
    return 0
  fi
  carnet_glob=off
  case $- in *f*) carnet_glob=on && set +f ;; esac
  for carnet_home in /usr/lib/jvm/*; do
    if carnet_is_jdk25 "$carnet_home"; then
      JAVA_HOME=$carnet_home
      break
    fi
    carnet_home=
  done
  [ "$carnet_glob" = off ] || set -f
  [ -n "$carnet_home" ] && return 0
  echo "Carnet needs a JDK 25 or newer, and none was found (CARNET_JAVA_HOME, JAVA_HOME, PATH, /usr/lib/jvm)." >&2
  echo "Install one, for example \`apt-get install openjdk-25-jdk\` or \`apt-get install temurin-25-jdk\`," >&2
  echo "or unpack any JDK 25 and set JAVA_HOME to it." >&2
  return 1
}

carnet_find_jdk25 || exit 1
export JAVA_HOME
