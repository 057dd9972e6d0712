/* Tries: to hang an attribute on a file.
   Held: EPERM, EACCES or ENOSYS; the file has none. */
#include "attack.h"
#include <sys/xattr.h>

int main(int argc, char **argv) {
    return must_fail(setxattr(victim(argc, argv, 1), "user.owned", "x", 1, 0), "setxattr");
}
