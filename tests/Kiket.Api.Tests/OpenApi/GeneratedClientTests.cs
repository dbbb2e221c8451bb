using System.Reflection;
using System.Runtime.Loader;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Api.Tests.Webhooks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NSwag.CodeGeneration.CSharp;
using NSwag.CodeGeneration.OperationNameGenerators;

namespace Kiket.Api.Tests.OpenApi;

/// <summary>A C# client that NSwag generates from the document, compiled with a program that uses it.</summary>
[Trait("Database", "Sqlite")]
public sealed class GeneratedClientTests(KiketServer server)
{
    [Fact]
    public async Task What_a_generated_csharp_client_stores_is_what_its_user_meant()
    {
        await using var receiver = await Receiver.StartAsync();
        var tenant = await server.NewTenantAsync();
        var source = await GenerateAsync();

        Assert.Contains("GetIssueAsync(string issue", source, StringComparison.Ordinal);
        Assert.DoesNotContain("class Anonymous", source, StringComparison.Ordinal);
        var compiled = Compile(
            source,
            await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "OpenApi", "ClientProgram.cs"))
        );
        var run = compiled
            .GetType("Kiket.Client.ClientProgram")!
            .GetMethod("RunAsync", BindingFlags.Public | BindingFlags.Static)!;
        var differences = await (Task<List<string>>)run.Invoke(null, [tenant.Admin, receiver.Url])!;

        Assert.True(differences.Count == 0, string.Join(Environment.NewLine, differences));
    }

    private async Task<string> GenerateAsync()
    {
        var document = await ApiDocument.ReadAsync(server);
        return new CSharpClientGenerator(
            document.Document,
            new CSharpClientGeneratorSettings
            {
                ClassName = "KiketClient",
                OperationNameGenerator = new SingleClientFromOperationIdOperationNameGenerator(),
                UseBaseUrl = false,
                GenerateOptionalParameters = true,
                CSharpGeneratorSettings =
                {
                    Namespace = "Kiket.Client",
                    JsonLibrary = NJsonSchema.CodeGeneration.CSharp.CSharpJsonLibrary.SystemTextJson,
                    GenerateNullableReferenceTypes = true,
                },
            }
        ).GenerateFile();
    }

    private static Assembly Compile(params string[] sources)
    {
        var compilation = CSharpCompilation.Create(
            "Kiket.Client",
            sources.Select(source => CSharpSyntaxTree.ParseText(source)),
            ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
                .Split(Path.PathSeparator)
                .Where(path => !Path.GetFileName(path).StartsWith("Kiket.", StringComparison.Ordinal))
                .Select(path => MetadataReference.CreateFromFile(path)),
            new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable)
        );
        using var image = new MemoryStream();
        var emitted = compilation.Emit(image);

        Assert.Empty(emitted.Diagnostics.Where(d => d.Severity is DiagnosticSeverity.Error).Select(d => d.ToString()));
        image.Position = 0;
        return new AssemblyLoadContext("Kiket.Client", isCollectible: true).LoadFromStream(image);
    }
}
