/* Tries: to make the machine's first memory device in its own folder.
   Held: EPERM, EACCES or ENOSYS; there is no such file. */
#include "attack.h"
#include <sys/stat.h>
#include <sys/sysmacros.h>

int main(void) {
    return must_fail(mknod("memory", S_IFCHR | 0666, makedev(1, 1)), "mknod");
}
