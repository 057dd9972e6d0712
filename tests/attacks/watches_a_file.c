/* Tries: to be told whenever somebody touches a file outside (inotify, which Landlock leaves out).
   Held: ENOSYS or EACCES. */
#include "attack.h"
#include <sys/inotify.h>

int main(int argc, char **argv) {
    int watch = inotify_init1(0);
    return must_fail(watch < 0 ? -1 : inotify_add_watch(watch, victim(argc, argv, 1), IN_ALL_EVENTS), "watched");
}
