/* Tries: to count what the processor does (perf_event_open).
   Held: EACCES, EPERM or ENOSYS. */
#include "attack.h"
#include <linux/perf_event.h>

int main(void) {
    struct perf_event_attr what = {.type = PERF_TYPE_SOFTWARE, .size = sizeof what,
                                   .config = PERF_COUNT_SW_TASK_CLOCK, .exclude_kernel = 1};
    return must_fail(syscall(SYS_perf_event_open, &what, 0, -1, -1, 0), "perf_event_open");
}
