/* Tries: to have a ring for calls that no tracer and no filter sees (io_uring).
   Held: ENOSYS or EPERM. */
#include "attack.h"
#include <linux/io_uring.h>

int main(void) {
    struct io_uring_params set = {0};
    return must_fail(syscall(SYS_io_uring_setup, 4, &set), "io_uring_setup");
}
