#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    key_t key = 9990;
    int shmid;

    shmid = shmget(key, 1024, IPC_CREAT | IPC_EXCL | 0666);
    if (shmid == -1) {
        perror("shmget failed");
        exit(EXIT_FAILURE);
    }
    printf("Shared memory segment created with ID : %d\n", shmid);
    return EXIT_SUCCESS;
}
