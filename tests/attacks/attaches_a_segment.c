/* Tries: to attach a segment that is not its run's, and write into it.
   Held: EINVAL; the segment's bytes, its times and its last process are as they were. */
#include "attack.h"
#include <sys/shm.h>

int main(int argc, char **argv) {
    char *memory = shmat(victim_number(argc, argv, 1), NULL, 0);
    if (memory == (void *)-1)
        return must_fail(-1, "");
    strcpy(memory, "owned");
    return got_out("it has written into a segment");
}
