using BenchmarkDotNet.Running;
using Kiket.Benchmarks;
using Kiket.Benchmarks.Cluster;
using Kiket.Benchmarks.Fuzz;
using Kiket.Benchmarks.Requests;

if (args is ["deliveries", ..])
    return await DeliveryRun.RunAsync();
if (args is ["timers", ..])
    return await TimerRun.RunAsync();
if (args is ["requests", .. var sizes])
    return await RequestRun.RunAsync(sizes);
if (args is ["counts", .. var options])
    return await CountRun.RunAsync(isRecording: options is ["--record"]);
if (args is ["writers"])
    return await WriterRun.RunAsync();
if (args is ["fuzz", .. var fuzz])
    return await FuzzRun.RunAsync(fuzz);
if (args is ["fault-load", .. var load])
    return await FaultLoad.RunAsync(load);
if (args is ["cluster", .. var cluster])
    return await ClusterRun.RunAsync(cluster);

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
