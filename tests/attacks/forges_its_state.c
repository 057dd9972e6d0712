/* Tries: to be taken for a zombie of another parent, by its name in /proc/PID/stat; with ESC in it.
   Held: the check sees a process that waits for ever, and no report shows the ESC. */
#include "attack.h"
#include <sys/prctl.h>

int main(void) {
    prctl(PR_SET_NAME, "\33[2J) Z 1 (", 0, 0, 0);
    tried("another name");
    return pause();
}
