# make shell's bash: the user's own settings, and a prompt that tells where one is.
[ ! -r ~/.bashrc ] || . ~/.bashrc
# A pipe ends as the program in it that failed: the status of `shm-create | cat` is shm-create's.
set -o pipefail
PS1="(shm-lab) $PS1"
