using BenchmarkDotNet.Running;
using Kiket.Benchmarks;

if (args is ["deliveries", ..])
    return await DeliveryRun.RunAsync();
if (args is ["timers", ..])
    return await TimerRun.RunAsync();

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
