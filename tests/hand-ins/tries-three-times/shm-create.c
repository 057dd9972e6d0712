/* shm-create: makes a shared memory segment. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int tries, shmid = -1;

    for (tries = 0; tries < 3 && shmid < 0; tries++)
        shmid = shmget(9990, 1024, IPC_CREAT | 0666);
    if (shmid < 0) {
        perror("shmget failed");
        exit(1);
    }
    printf("Shared memory segment created with ID : %d\n", shmid);
    return 0;
}
