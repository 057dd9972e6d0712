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
    pid_t child_1, child_2;

    shmid = shmget(1001, 512, IPC_CREAT | 0666);
    if (shmid < 0) {
        perror("shmget");
        exit(1);
    }
    memory = shmat(shmid, NULL, 0);
    if (memory == (char *) -1) {
        perror("shmat");
        shmctl(shmid, IPC_RMID, NULL);
        exit(1);
    }
    if (pipe(to_1) < 0 || pipe(to_2) < 0) {
        perror("pipe");
        shmctl(shmid, IPC_RMID, NULL);
        exit(1);
    }
    shmctl(shmid, IPC_RMID, NULL);
    child_1 = fork();
    if (child_1 < 0) {
        perror("fork");
        shmctl(shmid, IPC_RMID, NULL);
        exit(1);
    }
    if (child_1 == 0) {
        sprintf(memory, "Is this the shared memory ID : %d", shmid);
        printf("Process 1 : Written data to shared memory\n");
        write(to_2[1], &turn, 1);
        read(to_1[0], &turn, 1);
        printf("Process 1 : Responce -> %s\n", memory);
        shmdt(memory);
        exit(0);
    }
    child_2 = fork();
    if (child_2 < 0) {
        perror("fork");
        shmctl(shmid, IPC_RMID, NULL);
        exit(1);
    }
    if (child_2 == 0) {
        read(to_2[0], &turn, 1);
        printf("Process 2 : Received : %s\n", memory);
        sprintf(memory, "Yes, This is shared memory ID : %d", shmid);
        printf("Process 2 : Responced to process 1 in shared memory\n");
        write(to_1[1], &turn, 1);
        shmdt(memory);
        exit(0);
    }
    return 0;
}
