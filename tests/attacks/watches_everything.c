/* Tries: to be asked before anybody opens a file (fanotify with permission events, as root).
   Held: EPERM or ENOSYS. */
#include "attack.h"
#include <fcntl.h>
#include <sys/fanotify.h>

int main(void) {
    return must_fail(fanotify_init(FAN_CLASS_CONTENT, O_RDONLY), "fanotify");
}
