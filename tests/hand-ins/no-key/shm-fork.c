/* shm-fork: two processes talk through a segment. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

int main(void)
{
    int shmid, to_1[2], to_2[2];
    char *memory, turn = 0;

    if (pipe(to_1) < 0 || pipe(to_2) < 0) {
        perror("pipe");
        exit(1);
    }
    shmid = shmget(IPC_PRIVATE, 512, IPC_CREAT | 0600);
    if (shmid < 0) {
        perror("shmget");
        exit(1);
    }
    memory = shmat(shmid, NULL, 0);
    shmctl(shmid, IPC_RMID, NULL);
    if (memory == (char *) -1) {
        perror("shmat");
        exit(1);
    }
    switch (fork()) {
    case -1:
        perror("fork");
        exit(1);
    case 0:
        sprintf(memory, "Is this the shared memory ID : %d", shmid);
        puts("Process 1 : Written data to shared memory");
        write(to_2[1], &turn, 1);
        read(to_1[0], &turn, 1);
        printf("Process 1 : Responce -> %s\n", memory);
        return 0;
    }
    switch (fork()) {
    case -1:
        perror("fork");
        exit(1);
    case 0:
        read(to_2[0], &turn, 1);
        printf("Process 2 : Received : %s\n", memory);
        sprintf(memory, "Yes, This is shared memory ID : %d", shmid);
        puts("Process 2 : Responced to process 1 in shared memory");
        write(to_1[1], &turn, 1);
        return 0;
    }
    wait(NULL);
    wait(NULL);
    return 0;
}
