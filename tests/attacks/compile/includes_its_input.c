/* Tries: to have the compiler wait for ever for its standard input, or print what is typed.
   Held: the input is empty or not permitted. */
#include "/dev/stdin"
