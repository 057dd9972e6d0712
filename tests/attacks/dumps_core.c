/* Tries: to leave a dump of its memory, where the machine keeps them.
   Held: there is no file core in its folder, and none in the place that core_pattern names. */
#include "attack.h"
#include <signal.h>
#include <sys/resource.h>

int main(void) {
    struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
    int raised = setrlimit(RLIMIT_CORE, &all);
    must_fail(raised, "it may dump its memory");
    raise(SIGABRT);
}
