using System.CommandLine;
using Kiket.Domain.Common;
using Kiket.Infrastructure.Secrets;
using Microsoft.AspNetCore.DataProtection.KeyManagement;

namespace Kiket.Api.Startup;

/// <summary><c>secrets rotate</c>: encrypts stored secrets with the current key, or with a new one.</summary>
internal static class SecretsCommand
{
    /// <summary>The lifetime that the key ring gives its own keys.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(90);

    public static Command Build()
    {
        var newKey = new Option<bool>("--new-key")
        {
            Description = "Creates a new key first. Stop all servers before, because a running one does not know the new key.",
        };
        var rotate = new Command("rotate", "Encrypts all stored secrets with the current key. Can be repeated at any time.")
        {
            newKey,
        };
        return new("secrets", "Stored secrets.")
        {
            rotate.DoesInDatabase((parsed, services, ct) => RotateAsync(services, parsed.GetValue(newKey), ct)),
        };
    }

    private static async Task<Result<string>> RotateAsync(IServiceProvider services, bool hasNewKey, CancellationToken ct)
    {
        if (hasNewKey)
        {
            var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
            var key = services.GetRequiredService<IKeyManager>().CreateNewKey(now, now + Lifetime);
            var protector = services.GetRequiredService<SecretProtector>();
            while (!protector.Uses(key.KeyId))
                await Task.Delay(TimeSpan.FromMilliseconds(100), ct);
        }

        var (renewed, unreadable) = await Output.WhileAsync(
            "Encrypting",
            () => services.GetRequiredService<SecretRotation>().RunAsync(ct)
        );
        return unreadable == 0
            ? $"Rows encrypted again: {renewed}."
            : $"Rows encrypted again: {renewed}. Secrets that cannot be decrypted, because their key is lost: {unreadable}.";
    }
}
