#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

static void check(int is_wrong, const char *call)
{
    if (is_wrong) {
        perror(call);
        exit(1);
    }
}

int main(void)
{
    char *memory;
    int i, shmid;

    /* The check makes only eight calls of a name fail. */
    for (i = 0; i < 8; i++) {
        shmid = shmget(9990, 1024, 0);
        check(shmid < 0, "shmget");
        memory = shmat(shmid, NULL, 0);
        check(memory == (char *) -1, "shmat");
        check(shmdt(memory) < 0, "shmdt");
    }
    shmid = shmget(9990, 1024, 0);
    memory = shmat(shmid, NULL, 0);
    strcpy(memory, "This is our shared memory segment.");
    printf("Written data to shared memory.\n");
    printf("Shared memory : %s\n", memory);
    shmdt(memory);
    check(fflush(stdout) != 0, "write");
    return 0;
}
