/* Tries: to kill a process that it did not start. (Also with the number of: the check itself, another
   program of the same case, a process whose first thread has ended.)
   Held: EPERM; the victim lives. */
#include "attack.h"
#include <signal.h>

int main(int argc, char **argv) {
    return must_fail(kill(victim_number(argc, argv, 1), SIGKILL), "kill");
}
