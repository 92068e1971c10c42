#!/usr/bin/env bash
# set_env.sh finds its own place, also after the tree was moved, and sourcing it twice changes nothing.
set -euo pipefail
prefix=$1 work=$2

rm -rf "$work"
mkdir -p "$work"
cp -a "$prefix" "$work/moved tree"
import='import acl; print(acl.__file__)'

imported() { # SHELL TREE
  env -i HOME="$HOME" PATH=/usr/bin:/bin "$1" -euc ". '$2/set_env.sh'; /usr/bin/python3 -B -c '$import'"
}
twice() { # SHELL TREE
  env -i HOME="$HOME" PATH=/usr/bin:/bin "$1" -euc ". '$2/set_env.sh'; export -p > '$work/once'
    . '$2/set_env.sh'; export -p > '$work/twice'; cmp '$work/once' '$work/twice'"
}

[[ $(imported bash "$work/moved tree") == "$work/moved tree"/* ]]
# A plain POSIX shell cannot know which file it reads: it gets the place of the installation.
[[ $(imported sh "$prefix") == "$prefix"/* ]]
twice bash "$prefix"
twice sh "$prefix"
