#!/bin/sh
# Stands in, offline, for the package managers and compilers that Dockerfiles call: one script under all their names. Of
# each it does what an image shows: the files that it leaves, its caches, and its failure where something it needs is
# missing.
set -e
tool=${0##*/}

refuse() { echo "$tool: $*" >&2; exit 1; }

# program PATH WORDS...: a program that says what it was made of
program() {
    path=$1
    shift
    case $path in */*) mkdir -p "${path%/*}" ;; esac
    printf '#!/bin/sh\necho %s\n' "$*" > "$path"
    chmod 755 "$path"
}

# words ARGUMENTS...: those that are no flags
words() {
    for word; do
        case $word in -*) ;; *) echo "$word" ;; esac
    done
}

# after FLAG ARGUMENTS...: what follows a flag, or is joined to it by =
after() {
    flag=$1
    shift
    while [ $# -gt 0 ]; do
        case $1 in
            "$flag") echo "$2"; return ;;
            "$flag"=*) echo "${1#*=}"; return ;;
        esac
        shift
    done
}

# operands FLAGS ARGUMENTS...: those that are neither flags nor what follows one of FLAGS
operands() {
    taking=" $1 "
    shift
    while [ $# -gt 0 ]; do
        case $1 in
            -*) case $taking in *" $1 "*) shift ;; esac ;;
            *) echo "$1" ;;
        esac
        shift
    done
}

# names FILE SECTION: the keys of one object of a package.json that has one a line
names() {
    awk -v section="\"$2\"" '/}/ {on = 0} on {gsub(/[", ]/, ""); sub(/:.*/, ""); print} index($0, section) {on = 1}' "$1"
}

debian() {
    verb=$(words "$@" | head -n 1)
    case $verb in
        update) mkdir -p /var/lib/apt/lists && echo index > /var/lib/apt/lists/index ;;
        install)
            test -e /var/lib/apt/lists/index || refuse "unable to locate a package: run apt-get update"
            mkdir -p /var/cache/apt/archives /var/lib/dpkg
            for package in $(words "$@" | tail -n +2); do
                echo deb > "/var/cache/apt/archives/${package%%=*}.deb"
                test -e "/usr/local/bin/${package%%=*}" || program "/usr/bin/${package%%=*}" "$package"
                echo "Package: ${package%%=*}" >> /var/lib/dpkg/status
            done ;;
        purge | remove | autoremove) for package in $(words "$@" | tail -n +2); do rm -f "/usr/bin/$package"; done ;;
        clean) rm -f /var/cache/apt/archives/*.deb ;;
    esac
}

alpine() {
    verb=$(words "$@" | head -n 1)
    group=$(after --virtual "$@")
    group=${group:-$(after -t "$@")}
    mkdir -p /lib/apk/db /lib/apk/groups
    case $verb in
        add)
            case " $* " in *" --no-cache "*) ;; *) mkdir -p /var/cache/apk && echo index > /var/cache/apk/APKINDEX ;; esac
            for package in $(words "$@" | tail -n +2); do
                test "$package" = "$group" && continue
                test -e "/usr/local/bin/$package" || program "/usr/bin/$package" "$package"
                echo "P:$package" >> /lib/apk/db/installed
                test -z "$group" || echo "$package" >> "/lib/apk/groups/$group"
            done ;;
        del)
            for package in $(words "$@" | tail -n +2); do
                for member in $(cat "/lib/apk/groups/$package" 2>/dev/null || echo "$package"); do
                    rm -f "/usr/bin/$member"
                    sed -i "/^P:$member\$/d" /lib/apk/db/installed
                done
                rm -f "/lib/apk/groups/$package"
            done ;;
    esac
}

fedora() {
    case $(words "$@" | head -n 1) in
        install)
            mkdir -p /var/cache/dnf && echo metadata > /var/cache/dnf/metadata
            for package in $(words "$@" | tail -n +2); do program "/usr/bin/$package" "$package"; done ;;
        clean) rm -rf /var/cache/dnf ;;
    esac
}

python_packages() {
    for requirements in $(after -r "$@"); do sed 's/[=<>~;# ].*//; /^$/d' "$requirements"; done
    skip=
    for word in $(shift; echo "$@"); do
        if [ -n "$skip" ]; then skip=; continue; fi
        case $word in
            -r | --target | --prefix | -w) skip=yes ;;
            -*) ;;
            *.whl) basename "$word" .whl ;;
            *) echo "${word%%[=<>]*}" ;;
        esac
    done
}

python_install() {
    root=${0%/bin/*}
    prefix=$(after --prefix "$@")
    target=$(after --target "$@")
    case " $* " in *" --user "*) prefix=$HOME/.local ;; esac
    target=${target:-${prefix:-$root}/lib/python3/site-packages}
    mkdir -p "$target"
    for package in $(python_packages "$@"); do
        echo "# $package" > "$target/$package.py"
        case " $* " in
            *" --no-cache-dir "*) ;;
            *) mkdir -p "${PIP_CACHE_DIR:-$HOME/.cache/pip}" && echo wheel > "${PIP_CACHE_DIR:-$HOME/.cache/pip}/$package.whl" ;;
        esac
    done
}

python_run() {
    case "$1 $2" in
        "-m venv") mkdir -p "$3/bin" && for name in pip python; do ln -sf /usr/local/bin/stand-in "$3/bin/$name"; done ;;
        "-m compileall") for file in $(find "$3" -name '*.py'); do echo compiled > "${file%.py}.pyc"; done ;;
        "manage.py collectstatic") mkdir -p "${STATIC_ROOT:-static}" && echo css > "${STATIC_ROOT:-static}/app.css" ;;
        *) refuse "can't run $*" ;;
    esac
}

javascript() {
    case $1 in
        ci | install | i)
            test -e package.json || refuse "no package.json in $PWD"
            cache=${npm_config_cache:-$HOME/.npm}
            mkdir -p node_modules "$cache"
            wanted=$(names package.json dependencies)
            case " $* $NODE_ENV " in
                *" --omit=dev "* | *" --production "* | *" --prod "* | *" production "*) ;;
                *) wanted="$wanted $(names package.json devDependencies)" ;;
            esac
            for package in $wanted; do
                case $package in @private/*) cat .npmrc "$HOME/.npmrc" 2>/dev/null | grep -q _authToken || refuse "401 for $package" ;; esac
                mkdir -p "node_modules/$package" && echo "$package" > "node_modules/$package/index.js"
                echo tarball > "$cache/${package##*/}.tgz"
            done ;;
        prune) for package in $(names package.json devDependencies); do rm -rf "node_modules/$package"; done ;;
        run | build)
            for package in $(names package.json devDependencies); do
                test -e "node_modules/$package" || refuse "$package is not installed"
            done
            mkdir -p dist && cat src/* > dist/bundle.js && echo "<script src=bundle.js>" > dist/index.html ;;
        test) echo "1 passing" ;;
        *) echo "$*" ;;
    esac
}

go_tool() {
    modules=${GOMODCACHE:-/go/pkg/mod}
    case "$1" in
        mod)
            test -e go.mod || refuse "go.mod not found"
            mkdir -p "$modules"
            while read -r module version rest; do echo "$version" > "$modules/$(basename "$module")"; done < go.sum ;;
        build)
            while read -r module version rest; do
                test -e "$modules/$(basename "$module")" || test -e vendor || refuse "$module is not downloaded"
            done < go.sum
            out=$(after -o "$@")
            mkdir -p "${GOCACHE:-$HOME/.cache/go-build}" && echo object > "${GOCACHE:-$HOME/.cache/go-build}/a"
            program "${out:-./app}" "${GOOS:-linux}/${GOARCH:-amd64}" "cgo=${CGO_ENABLED:-1}" "$(after -ldflags "$@")" ;;
        install) program "/go/bin/$(basename "${2%%@*}")" "$2" ;;
        test | vet | generate) echo "ok" ;;
        *) refuse "unknown command $1" ;;
    esac
}

java_build() {
    case $tool in
        mvn | mvnw) repository=$HOME/.m2/repository out=target descriptor=pom.xml ;;
        gradle) repository=${GRADLE_USER_HOME:-$HOME/.gradle}/caches out=build/libs descriptor=build.gradle ;;
    esac
    test -e $descriptor || refuse "no $descriptor in $PWD"
    mkdir -p "$repository" && echo jar > "$repository/dependency.jar"
    case " $* " in
        *" package "* | *" bootJar "* | *" build "* | *" verify "*)
            test -d src || refuse "no sources"
            mkdir -p $out && find src -type f | sort > $out/app.jar ;;
    esac
}

java_run() {
    case $tool in
        jlink) out=$(after --output "$@") && program "$out/bin/java" "jre with $(after --add-modules "$@")" && echo modules > "$out/release" ;;
        jdeps) echo java.base,java.logging ;;
        java)
            jar=$(after -jar "$@")
            test -e "$jar" || refuse "unable to access jarfile $jar"
            for layer in dependencies spring-boot-loader snapshot-dependencies application; do
                mkdir -p $layer && echo "$layer of $jar" > "$layer/$layer.txt"
            done ;;
    esac
}

rust() {
    home=${CARGO_HOME:-/usr/local/cargo}
    case "$1 $2" in
        "chef prepare") cp Cargo.toml recipe.json ;;
        "chef cook") mkdir -p target/release/deps "$home/registry" && echo rlib > target/release/deps/libdeps.rlib ;;
        build*)
            mkdir -p "$home/registry" && echo crate > "$home/registry/crate"
            triple=$(after --target "$@")
            program "target${triple:+/$triple}/release/$(sed -n 's/^name = "\(.*\)"/\1/p' Cargo.toml)" "rust ${triple:-native}" ;;
        test*) echo "test result: ok" ;;
    esac
}

native() {
    case $tool in
        make)
            goal=
            for word; do
                case $word in -*) ;; *=*) export "${word%%=*}=${word#*=}" ;; *) goal=$word ;; esac
            done
            test -e Makefile || refuse "no Makefile in $PWD"
            goal=${goal:-$(sed -n 's/^\([a-z]*\):.*/\1/p' Makefile | head -n 1)}
            awk -v goal="$goal:" '/^[a-z]+:/ {on = ($1 == goal)} on && /^\t/' Makefile | sed 's/\$(\([A-Z_]*\))/${\1}/g' > .recipe
            sh -eux .recipe && rm .recipe ;;
        cmake)
            case $1 in
                --build) program "$2/app" cmake ;;
                --install) prefix=$(after --prefix "$@") && mkdir -p "$prefix/bin" && cp "$2/app" "$prefix/bin/app" ;;
                *) mkdir -p "$(after -B "$@")" ;;
            esac ;;
        *) program "$(after -o "$@")" "$tool $CFLAGS" ;;
    esac
}

# account NAME ID GROUP HOME: an entry of passwd; the group is made where none is named
account() {
    gid=$(sed -n "s/^$3:[^:]*:\([0-9]*\):.*/\1/p" /etc/group | head -n 1)
    test -n "$3" || echo "$1:x:$2:" >> /etc/group
    echo "$1:x:$2:${gid:-$2}::$4:/bin/sh" >> /etc/passwd
}

accounts() {
    case $tool in
        groupadd) echo "$(operands "-g --gid" "$@"):x:$(after -g "$@")$(after --gid "$@"):" >> /etc/group ;;
        addgroup) echo "$(operands -g "$@"):x:$(after -g "$@" | grep . || echo 101):" >> /etc/group ;;
        useradd)
            name=$(operands "-u --uid -g --gid -d -s --shell" "$@")
            id=$(after -u "$@")$(after --uid "$@")
            home=$(after -d "$@" | grep . || echo "/home/$name")
            account "$name" "${id:-999}" "$(after -g "$@")$(after --gid "$@")" "$home"
            case " $* " in *" -m "* | *" --create-home "*) mkdir -p "$home" && chown "$name" "$home" && chgrp "${gid:-$name}" "$home" ;; esac ;;
        adduser)
            name=$(operands "-u -G -h -s" "$@")
            home=$(after -h "$@" | grep . || echo "/home/$name")
            account "$name" "$(after -u "$@" | grep . || echo 100)" "$(after -G "$@")" "$home"
            case " $* " in *" -H "*) ;; *) mkdir -p "$home" && chown "$name" "$home" && chgrp "${gid:-$name}" "$home" ;; esac ;;
    esac
}

install_files() {
    owner=$(after -o "$@")$(after --owner "$@")
    group=$(after -g "$@")$(after --group "$@")
    mode=$(after -m "$@")$(after --mode "$@")
    files=$(operands "-o --owner -g --group -m --mode" "$@")
    case " $* " in
        *" -d "* | *" --directory "*) mkdir -p $files ;;
        *) cp $files && files=$(echo $files | sed 's/.* //') ;;
    esac
    test -z "$owner" || chown "$owner" $files
    test -z "$group" || chgrp "$group" $files
    chmod "${mode:-755}" $files
}

other() {
    case $tool in
        dotnet)
            case $1 in
                restore) mkdir -p "$HOME/.nuget/packages" && echo nupkg > "$HOME/.nuget/packages/dependency" ;;
                publish) out=$(after -o "$@") && program "$out/app" dotnet && echo il > "$out/app.dll" ;;
            esac ;;
        composer) mkdir -p vendor/bin "$HOME/.composer" && echo '<?php' > vendor/autoload.php && echo cache > "$HOME/.composer/cache" ;;
        docker-php-ext-install) mkdir -p /usr/local/etc/php/conf.d && for name; do echo "extension=$name" > "/usr/local/etc/php/conf.d/$name.ini"; done ;;
        bundle)
            case $1 in
                install) home=${BUNDLE_PATH:-/usr/local/bundle} && mkdir -p "$home/gems" "$home/cache" && echo gem > "$home/cache/gem" && sed -n 's/^gem "\(.*\)".*/\1/p' Gemfile | while read -r gem; do echo "$gem" > "$home/gems/$gem"; done ;;
                exec) test -n "$SECRET_KEY_BASE" || refuse "no SECRET_KEY_BASE" ; mkdir -p public/assets && echo css > public/assets/app.css ;;
            esac ;;
        mix)
            case $1 in
                deps.get) mkdir -p deps && echo dep > deps/phoenix ;;
                release) program "_build/$MIX_ENV/rel/app/bin/app" "release $MIX_ENV" ;;
            esac ;;
        curl)
            url=$(words "$@" | grep :// | head -n 1)
            out=$(after -o "$@")
            case " $* " in *" -O "*) out=${url##*/} ;; esac
            case $url in
                *.tar.gz | *.tgz)
                    room=$(mktemp -d) && program "$room/bin/$(basename "$url" | sed 's/[-_.].*//')" "$url"
                    tar -c -z -f "${out:-/dev/stdout}" -C "$room" bin && rm -r "$room" ;;
                *) if [ -n "$out" ]; then program "$out" "$url"; else echo "content of $url"; fi ;;
            esac ;;
        git)
            case $1 in
                clone) for directory; do :; done; mkdir -p "$directory/.git" && echo cloned > "$directory/README" ;;
                rev-parse) echo 0123abc ;;
            esac ;;
        update-ca-certificates) mkdir -p /etc/ssl/certs && cat /usr/local/share/ca-certificates/*.crt > /etc/ssl/certs/ca-certificates.crt ;;
        *) refuse "nothing stands in for it" ;;
    esac
}

case $tool in
    apt-get | apt) debian "$@" ;;
    apk) alpine "$@" ;;
    dnf | yum | microdnf) fedora "$@" ;;
    pip | pip3) case $1 in wheel) out=$(after -w "$@") && mkdir -p "$out" && for p in $(python_packages "$@"); do echo wheel > "$out/$p.whl"; done ;; *) python_install "$@" ;; esac ;;
    python | python3) python_run "$@" ;;
    uv) mkdir -p .venv/bin "${UV_CACHE_DIR:-$HOME/.cache/uv}" && echo wheel > "${UV_CACHE_DIR:-$HOME/.cache/uv}/wheel" && sed -n 's/^    "\(.*\)",\{0,1\}/\1/p' pyproject.toml > .venv/installed ;;
    npm | yarn | pnpm) javascript "$@" ;;
    go) go_tool "$@" ;;
    mvn | mvnw | gradle) java_build "$@" ;;
    java | jlink | jdeps) java_run "$@" ;;
    cargo) rust "$@" ;;
    groupadd | addgroup | useradd | adduser) accounts "$@" ;;
    install) install_files "$@" ;;
    make | cmake | gcc | cc | g++ | clang) native "$@" ;;
    *) other "$@" ;;
esac
