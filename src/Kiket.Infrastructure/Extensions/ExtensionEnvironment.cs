using Kiket.Application.Extensions;
using Microsoft.Extensions.Configuration;

namespace Kiket.Infrastructure.Extensions;

/// <summary>The settings under <c>Extensions:Environment</c>.</summary>
internal sealed class ExtensionEnvironment(IConfiguration configuration) : IExtensionEnvironment
{
    public string? Find(string name) => configuration[name] is { Length: > 0 } value ? value : null;
}
