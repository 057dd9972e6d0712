/* Tries: to open a file for writing by io_uring, which no tracer sees.
   Held: ENOSYS or EPERM at once; without io_uring nothing else is tried. */
#include "attack.h"
#include <fcntl.h>
#include <linux/io_uring.h>
#include <sys/mman.h>

int main(int argc, char **argv) {
    const char *path = victim(argc, argv, 1);
    struct io_uring_params set = {0};
    int ring = (int)syscall(SYS_io_uring_setup, 4, &set);
    if (ring < 0)
        return must_fail(-1, "");
    int how = PROT_READ | PROT_WRITE;
    char *queue = mmap(NULL, 65536, how, MAP_SHARED, ring, IORING_OFF_SQ_RING);
    char *done = mmap(NULL, 65536, how, MAP_SHARED, ring, IORING_OFF_CQ_RING);
    struct io_uring_sqe *call = mmap(NULL, 4096, how, MAP_SHARED, ring, IORING_OFF_SQES);
    if (queue == MAP_FAILED || done == MAP_FAILED || call == MAP_FAILED)
        return got_out("io_uring_setup (its rings could not be mapped)");
    *call = (struct io_uring_sqe){.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD,
                                  .addr = (unsigned long)path, .open_flags = O_WRONLY};
    *(unsigned *)(queue + set.sq_off.array) = 0;
    *(unsigned *)(queue + set.sq_off.tail) = 1;
    if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
        return got_out("io_uring_setup (its call is not made)");
    int result = ((struct io_uring_cqe *)(done + set.cq_off.cqes))->res;
    return got_out(result < 0 ? "io_uring_setup (the file is not opened)" : "opened by io_uring");
}
