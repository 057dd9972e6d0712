/* Tries: to be taken for ended: its first thread ends, another waits for ever.
   Held: the report says that it hangs; nothing is left. */
#include "attack.h"
#include <pthread.h>

static void *wait_for_ever(void *nothing) {
    for (;;)
        pause();
    return nothing;
}

int main(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, wait_for_ever, NULL);
    pthread_exit(NULL);
}
