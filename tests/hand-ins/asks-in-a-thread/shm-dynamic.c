/* shm-dynamic: makes a segment as large as the user says. */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

static void fail(const char *call)
{
    perror(call);
    exit(1);
}

static int failed;

/* A thread: asks for the size, or says why there is none. */
static void *ask(void *size)
{
    long number;

    if (scanf("%ld", &number) != 1) {
        if (ferror(stdin))
            perror("read");
        else
            fprintf(stderr, "size: that is no number\n");
        failed = 1;
    } else if (number > INT_MAX || number < INT_MIN) {
        fprintf(stderr, "size: no int is as large\n");
        failed = 1;
    }
    *(int *) size = number;
    return NULL;
}

int main(void)
{
    int shmid, size;
    pthread_t thread;
    char *memory;

    printf("Enter the size of shared memory : ");
    if (fflush(stdout) == EOF)
        fail("write");
    errno = pthread_create(&thread, NULL, ask, &size);
    if (errno != 0)
        fail("pthread_create");
    errno = pthread_join(thread, NULL);
    if (errno != 0)
        fail("pthread_join");
    if (failed)
        return 1;
    shmid = shmget(2004, size, IPC_CREAT | 0666);
    if (shmid < 0)
        fail("shmget");
    memory = shmat(shmid, NULL, 0);
    if (memory == (char *) -1)
        fail("shmat");
    sprintf(memory, "We have accessed shared memory ID : %d", shmid);
    printf("Shared memory : %s\n", memory);
    if (ferror(stdout) || fflush(stdout) == EOF)
        fail("write");
    if (shmdt(memory) < 0)
        fail("shmdt");
    return 0;
}
