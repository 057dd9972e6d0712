/* Tries: to have another's hand-in, in the folder beside its own, compiled as its own.
   Held: the file is not found or not permitted; no line of it is in the report. */
#include "../other/shm-create.c"
