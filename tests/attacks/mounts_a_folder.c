/* Tries: to mount a file system over its folder.
   Held: EPERM or ENOSYS; /proc/mounts is as it was. */
#include "attack.h"
#include <sys/mount.h>

int main(void) {
    return must_fail(mount("none", ".", "tmpfs", 0, "size=4k"), "mount");
}
