#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid;
    char *memory;

    shmid = shmget(9990, 1024, 0);
    if (shmid < 0) {
        perror("shmget");
        exit(1);
    }
    memory = shmat(shmid, NULL, 0);
    if (memory == (void *) -1) {
        perror("shmat");
        exit(1);
    }
    strcpy(memory, "This is our shared memory segment.");
    printf("Written data to shared memory.\n");
    printf("Shared memory : %s\n", memory);
    shmdt(memory);
    if (shmdt(memory) < 0) {
        perror("shmdt");
        exit(1);
    }
    return 0;
}
