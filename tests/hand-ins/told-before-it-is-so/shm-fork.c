/* shm-fork: two processes talk through a segment. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

static void fail(const char *call)
{
    perror(call);
    exit(1);
}

static void pass(int end)
{
    if (write(end, "x", 1) != 1)
        fail("write");
}

static void take(int end)
{
    char turn;

    if (read(end, &turn, 1) != 1)
        fail("read");
}

int main(void)
{
    int shmid, to_1[2], to_2[2], status, result = 0;
    char *memory;

    if (pipe(to_1) < 0 || pipe(to_2) < 0)
        fail("pipe");
    shmid = shmget(1001, 512, IPC_CREAT | 0666);
    if (shmid < 0)
        fail("shmget");
    memory = shmat(shmid, NULL, 0);
    shmctl(shmid, IPC_RMID, NULL);
    if (memory == (char *) -1)
        fail("shmat");

    switch (fork()) {
    case -1:
        fail("fork");
    case 0:
        printf("Process 1 : Written data to shared memory\n");
        fflush(stdout);
        sprintf(memory, "Is this the shared memory ID : %d", shmid);
        pass(to_2[1]);
        take(to_1[0]);
        printf("Process 1 : Responce -> %s\n", memory);
        exit(0);
    }
    switch (fork()) {
    case -1:
        fail("fork");
    case 0:
        take(to_2[0]);
        printf("Process 2 : Received : %s\n", memory);
        sprintf(memory, "Yes, This is shared memory ID : %d", shmid);
        printf("Process 2 : Responced to process 1 in shared memory\n");
        pass(to_1[1]);
        exit(0);
    }
    while (wait(&status) > 0)
        result |= status != 0;
    return result;
}
