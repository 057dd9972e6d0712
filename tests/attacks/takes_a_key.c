/* Tries: to reach a segment of the machine's by its key.
   Held: ENOENT: a key is the run's own. */
#include "attack.h"
#include <sys/shm.h>

int main(int argc, char **argv) {
    return must_fail(shmget(victim_number(argc, argv, 1), 0, 0), "shmget by a stranger's key");
}
