/* Tries: to have the compiler read without end.
   Held: the report says that the compiler was stopped, or may not read it. */
#include "/dev/zero"
