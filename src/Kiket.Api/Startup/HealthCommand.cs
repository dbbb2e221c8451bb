using System.CommandLine;
using System.CommandLine.Parsing;
using Kiket.Application.Ports;

namespace Kiket.Api.Startup;

/// <summary><c>health</c>: asks a running server whether it is ready, for containers without a shell and curl.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    public static Command Build()
    {
        var url = new Option<Uri?>("--url")
        {
            Description = "Address of the server; by default the one in the settings.",
            CustomParser = ReadAddress,
        };
        var command = new Command("health", "Asks the running server whether it is ready.") { url };
        command.SetAction(
            async (parsed, ct) =>
            {
                var address = parsed.GetValue(url) ?? ListenAddresses.OnThisMachine(CommandLine.CreateBuilder().Configuration);
                using var client = new HttpClient { Timeout = Timeout, BaseAddress = address };
                try
                {
                    using var answer = await client.GetAsync(new Uri("health/ready", UriKind.Relative), ct);
                    Console.WriteLine(await answer.Content.ReadAsStringAsync(ct));
                    return answer.IsSuccessStatusCode ? 0 : 1;
                }
                catch (Exception failure)
                    when (failure is HttpRequestException || failure is OperationCanceledException && !ct.IsCancellationRequested)
                {
                    throw new StartupException($"{address} does not answer.", failure);
                }
            }
        );
        return command;
    }

    private static Uri? ReadAddress(ArgumentResult argument)
    {
        var text = argument.Tokens.Single().Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
            return address;
        argument.AddError($"'{text}' is not an address such as {PublicUrl.Default}.");
        return null;
    }
}
