/* Tries: to confuse the check by threads that become the program again, all at once.
   Held: the report says that it makes calls, or processes, without end. */
#include "attack.h"
#include <pthread.h>

static void *again(void *nothing) {
    execl("/proc/self/exe", "again", NULL);
    return nothing;
}

int main(void) {
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, again, NULL);
    pthread_exit(NULL);
}
