/* Tries: to hand in a file from elsewhere as its own: our C version, its repaired form, another's hand-in.
   The case puts the file's path in the place of VICTIM.
   Held: the file is not found or not permitted; no line of it is in the report. */
#include "VICTIM"
