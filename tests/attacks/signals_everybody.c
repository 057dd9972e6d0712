/* Tries: to send SIGURG, which nobody minds who has not asked for it, to all that there is.
   Held: the victim, which would end at SIGURG, lives. (The kernel says 0 even if nobody got it.) */
#include "attack.h"
#include <signal.h>

int main(void) {
    int sent = kill(-1, SIGURG);
    return sent < 0 ? must_fail(sent, "") : tried("kill(-1, SIGURG)");
}
