/* Tries: to leave a POSIX message queue of a name in the machine's table.
   Held: EACCES or ENOSYS; there is no such queue in /dev/mqueue. */
#include "attack.h"
#include <fcntl.h>
#include <mqueue.h>

int main(int argc, char **argv) {
    return must_fail(mq_open(victim(argc, argv, 1), O_CREAT | O_RDWR, 0600, NULL), "mq_open");
}
