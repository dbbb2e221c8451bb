using System.Text.Json.Nodes;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;

namespace Kiket.Infrastructure.Organizations;

/// <summary>
/// Where rows have secrets: encrypted with the keys of a server, and in an archive with its passphrase. A secret whose key is
/// lost stays as it is, unreadable here and there.
/// </summary>
internal sealed class ArchiveSecrets(ISecretProtector protector, ArchiveKey key)
{
    /// <summary>How many secrets could not be decrypted.</summary>
    public int Unreadable { get; private set; }

    public void Seal(ArchiveTable table, object?[] row) =>
        Change(
            table,
            row,
            (purpose, text) =>
            {
                if (protector.Unprotect(purpose, text) is { } plaintext)
                    return key.Seal(purpose, plaintext);
                Unreadable++;
                return text;
            }
        );

    public void Open(ArchiveTable table, object?[] row) =>
        Change(
            table,
            row,
            (purpose, text) => key.Open(purpose, text) is { } plaintext ? protector.Protect(purpose, plaintext) : text
        );

    /// <param name="change">From a purpose and a text to another text.</param>
    private static void Change(ArchiveTable table, object?[] row, Func<string, string, string> change)
    {
        var type = table.Type.ClrType;
        if (type == typeof(Webhook))
        {
            Each(nameof(Webhook.Secret), ISecretProtector.WebhookPurpose);
            Each(nameof(Webhook.PreviousSecret), ISecretProtector.WebhookPurpose);
            table.Change(row, nameof(Webhook.Target), target => ChangeHeaders(target, change));
        }
        else if (type == typeof(WebhookDelivery))
        {
            Each(nameof(WebhookDelivery.Request), ISecretProtector.ActionPurpose);
        }
        else if (type == typeof(PasswordSignIn))
        {
            Each(nameof(PasswordSignIn.TotpKey), ISecretProtector.TotpPurpose);
        }
        else if (type == typeof(ExtensionSecret))
        {
            var purpose = ExtensionSecret.PurposeOf(
                new OrganizationId(table.Get<long>(row, nameof(ExtensionSecret.OrganizationId))),
                table.Get<string>(row, nameof(ExtensionSecret.Owner)),
                table.Get<string>(row, nameof(ExtensionSecret.Key))
            );
            Each(nameof(ExtensionSecret.Ciphertext), purpose);
        }

        void Each(string property, string purpose) => table.Change(row, property, text => change(purpose, text));
    }

    private static string ChangeHeaders(string target, Func<string, string, string> change)
    {
        var json = JsonNode.Parse(target)!;
        if (json["headers"] is not JsonObject { Count: > 0 } headers)
            return target;
        foreach (var (name, value) in headers.ToList())
            headers[name] = change(ISecretProtector.HeaderPurpose, (string)value!);
        return json.ToJsonString();
    }
}
