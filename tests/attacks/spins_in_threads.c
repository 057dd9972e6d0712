/* Tries: the same in eight threads, the first of which has ended.
   Held: the report says so after 5 seconds of processor time in all. */
#include "attack.h"
#include <pthread.h>

static void *spin(void *nothing) {
    while (!nothing)
        __asm__ volatile("");
    return nothing;
}

int main(void) {
    pthread_t thread;
    for (int i = 0; i < 8; i++)
        pthread_create(&thread, NULL, spin, NULL);
    pthread_exit(NULL);
}
