# make shell's bash: the user's own settings, and a prompt that tells where one is.
[ ! -r ~/.bashrc ] || . ~/.bashrc
PS1="(shm-lab) $PS1"
