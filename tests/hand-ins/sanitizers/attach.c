/* shm-attach: puts a text into the segment of shm-create and reads it back. */
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

int main(void)
{
    int shmid;
    char *memory;

    shmid = shmget(9990, 1024, 0);
    if (shmid < 0)
        fail("shmget");
    memory = shmat(shmid, NULL, 0);
    if (memory == (void *) -1)
        fail("shmat");
    strcpy(memory, "This is our shared memory segment.");
    printf("Written data to shared memory.\n");
    printf("Shared memory : %s\n", memory);
    if (shmdt(memory) < 0)
        fail("shmdt");
    if (fflush(stdout) != 0)
        fail("write");
    return 0;
}
