/* Tries: to kill an outsider that has got the number of its own, ended child.
   It prints the child's number, and reads a line; until then the case makes a victim of that number (root
   can: /proc/sys/kernel/ns_last_pid).
   Held: EPERM; the victim lives. */
#include "attack.h"
#include <signal.h>
#include <sys/wait.h>

int main(void) {
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    waitpid(child, NULL, 0);
    printf("%d\n", child);
    fflush(stdout);
    while (getchar() != '\n')
        if (feof(stdin) || ferror(stdin))
            break;
    return must_fail(kill(child, SIGKILL), "who has its child's number is killed");
}
