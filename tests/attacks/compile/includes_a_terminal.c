/* Tries: to have the compiler read the terminal of whoever runs the check.
   Held: the file cannot be opened; nothing is taken from the terminal. */
#include "/dev/tty"
