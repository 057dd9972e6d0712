/* Tries: to give the victim the idle class of input and output.
   Held: the call is refused; the victim's class is as it was. */
#include "attack.h"

int main(int argc, char **argv) {
    long done = syscall(SYS_ioprio_set, 1, victim_number(argc, argv, 1), 3 << 13);
    return must_fail(done, "ioprio_set");
}
