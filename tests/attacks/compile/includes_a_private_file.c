/* Tries: to have lines of /etc/shadow in the compiler's messages (the check may be root's).
   Held: Permission denied; no line of it is in the report. */
#include "/etc/shadow"
