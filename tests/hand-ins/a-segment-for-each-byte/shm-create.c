#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#define KEY 9990
#define SIZE 1024

int main(void)
{
    int shmid;

    for (int i = 0; i < SIZE; i++) {
        shmid = shmget(KEY + i, 1, IPC_CREAT | 0666);
        if (shmid < 0) {
            perror("shmget failed");
            exit(1);
        }
    }
    printf("Shared memory segment created with ID : %d\n", shmid);
    return 0;
}
