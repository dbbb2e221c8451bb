using Kiket.Application.Extensions;
using Microsoft.Extensions.Configuration;

namespace Kiket.Infrastructure.Extensions;

/// <summary>
/// The settings under <c>Extensions:Environment</c> and <c>Extensions:Addresses</c>, by the slug of an organization and a name.
/// </summary>
internal sealed class ExtensionEnvironment(IConfiguration secrets, IConfiguration addresses) : IExtensionEnvironment
{
    public string? FindSecret(string organization, string name) => Find(secrets, organization, name);

    public string? FindAddress(string organization, string name) => Find(addresses, organization, name);

    private static string? Find(IConfiguration values, string organization, string name) =>
        values.GetSection(organization)[name] is { Length: > 0 } value ? value : null;
}
