/* Tries: to kill the victim from a second thread, when the first has ended and its process counts as a zombie.
   Held: EPERM; the victim lives. */
#include "attack.h"
#include <pthread.h>
#include <signal.h>

static int pid;

static void *second(void *nothing) {
    (void)nothing;
    usleep(100000);
    must_fail(kill(pid, SIGKILL), "a kill without a first thread");
    exit(0);
}

int main(int argc, char **argv) {
    pthread_t thread;
    pid = victim_number(argc, argv, 1);
    pthread_create(&thread, NULL, second, NULL);
    pthread_exit(NULL);
}
