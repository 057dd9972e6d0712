/* A victim whose first thread has ended: /proc/PID/stat calls it a zombie, though it lives.
   It prints its number, and lives for 60 seconds, or until its input ends. */
#include "../attack.h"
#include <pthread.h>

static void *live(void *nothing) {
    usleep(50000); /* the first thread has ended by then */
    printf("%d\n", getpid());
    fflush(stdout);
    alarm(60);
    while (getchar() != EOF)
        ;
    exit(nothing ? 1 : 0);
}

int main(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, live, NULL);
    pthread_exit(NULL);
}
