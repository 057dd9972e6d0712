#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

int main(void)
{
    key_t key = 1001;
    int shmid;
    char *memory;
    int to2[2], to1[2];
    char turn;
    char question[512];

    shmid = shmget(key, 512, IPC_CREAT | 0666);
    if (shmid < 0) {
        perror("shmget");
        exit(1);
    }
    memory = shmat(shmid, NULL, 0);
    if (memory == (void *) -1) {
        perror("shmat");
        shmctl(shmid, IPC_RMID, NULL);
        exit(1);
    }
    shmdt(memory);
    pipe(to2);
    pipe(to1);

    pid_t one = fork();
    if (one < 0) {
        perror("fork");
        shmctl(shmid, IPC_RMID, NULL);
        exit(1);
    }
    if (one == 0) {
        close(to2[0]);
        close(to1[1]);
        sprintf(memory, "Is this the shared memory ID : %d", shmid);
        printf("Process 1 : Written data to shared memory\n");
        write(to2[1], "x", 1);
        read(to1[0], &turn, 1);
        printf("Process 1 : Responce -> %s\n", memory);
        shmdt(memory);
        exit(0);
    }
    pid_t two = fork();
    if (two < 0) {
        perror("fork");
        shmctl(shmid, IPC_RMID, NULL);
        exit(1);
    }
    if (two == 0) {
        close(to2[1]);
        close(to1[0]);
        read(to2[0], &turn, 1);
        strcpy(question, memory);
        printf("Process 2 : Received : %s\n", question);
        sprintf(memory, "Yes, This is shared memory ID : %d", shmid);
        printf("Process 2 : Responced to process 1 in shared memory\n");
        fflush(stdout);
        write(to1[1], "x", 1);
        shmdt(memory);
        exit(0);
    }
    close(to1[0]);
    close(to1[1]);
    close(to2[0]);
    close(to2[1]);
    wait(NULL);
    wait(NULL);
    shmctl(shmid, IPC_RMID, NULL);
    return 0;
}
