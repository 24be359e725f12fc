// The other side of long_cross_bouncycastle.sh: Bouncy Castle, which shares no code with us.
//   verify FOLDER   reads FOLDER/cases: lines "scheme oid name", with name.vk, name.msg, name.sig; prints "name ok" when
//                   the signature verifies and the one of an altered message does not
//   sign FOLDER     makes keys and signatures of Bouncy Castle and FOLDER/made: lines "set-name name"
import java.io.*;
import java.nio.file.*;
import java.security.SecureRandom;
import java.util.*;
import org.bouncycastle.crypto.*;
import org.bouncycastle.pqc.crypto.*;
import org.bouncycastle.pqc.crypto.lms.*;
import org.bouncycastle.pqc.crypto.xmss.*;

public class CrossCheck {
    static Path folder;

    static byte[] read(String name) throws IOException { return Files.readAllBytes(folder.resolve(name)); }
    static void write(String name, byte[] b) throws IOException { Files.write(folder.resolve(name), b); }

    static boolean verifies(String scheme, int oid, byte[] vk, byte[] message, byte[] signature) throws Exception {
        try {
            switch (scheme) {
            case "lms": {
                LMSSigner s = new LMSSigner();
                s.init(false, LMSPublicKeyParameters.getInstance(vk));
                return s.verifySignature(message, signature);
            }
            case "hss": {
                HSSSigner s = new HSSSigner();
                s.init(false, HSSPublicKeyParameters.getInstance(vk));
                return s.verifySignature(message, signature);
            }
            case "xmss": {
                XMSSSigner s = new XMSSSigner();
                s.init(false, new XMSSPublicKeyParameters.Builder(XMSSParameters.lookupByOID(oid)).withPublicKey(vk).build());
                return s.verifySignature(message, signature);
            }
            default: {
                XMSSMTSigner s = new XMSSMTSigner();
                s.init(false, new XMSSMTPublicKeyParameters.Builder(XMSSMTParameters.lookupByOID(oid)).withPublicKey(vk).build());
                return s.verifySignature(message, signature);
            }
            }
        } catch (RuntimeException e) {
            return false;
        }
    }

    static void verify() throws Exception {
        for (String line : Files.readAllLines(folder.resolve("cases"))) {
            String[] f = line.split(" ");
            byte[] vk = read(f[2] + ".vk"), m = read(f[2] + ".msg"), s = read(f[2] + ".sig"), other = m.clone();
            other[0] ^= 1;
            int oid = Integer.decode(f[1]);
            boolean good = verifies(f[0], oid, vk, m, s) && !verifies(f[0], oid, vk, other, s);
            System.out.println(f[2] + (good ? " ok" : " BAD"));
        }
    }

    static PrintWriter made;
    static int count;

    static void keep(String set, byte[] vk, byte[] message, byte[] signature) throws IOException {
        String name = "bc" + count++;
        write(name + ".vk", vk);
        write(name + ".msg", message);
        write(name + ".sig", signature);
        made.println(set + " " + name);
    }

    static byte[] message(int i) { return ("message number " + i).getBytes(); }

    static void lms(LMSigParameters lms, int h, LMOtsParameters ots, int w) throws Exception {
        LMSKeyPairGenerator g = new LMSKeyPairGenerator();
        g.init(new LMSKeyGenerationParameters(new LMSParameters(lms, ots), new SecureRandom()));
        AsymmetricCipherKeyPair pair = g.generateKeyPair();
        LMSSigner s = new LMSSigner();
        s.init(true, pair.getPrivate());
        for (int i = 0; i < 3; i++)
            keep("LMS_SHA256_M32_H" + h + "/LMOTS_SHA256_N32_W" + w, ((LMSPublicKeyParameters)pair.getPublic()).getEncoded(),
                 message(i), s.generateSignature(message(i)));
    }

    static void hss(int levels) throws Exception {
        HSSKeyPairGenerator g = new HSSKeyPairGenerator();
        LMSParameters[] p = new LMSParameters[levels];
        Arrays.fill(p, new LMSParameters(LMSigParameters.lms_sha256_n32_h5, LMOtsParameters.sha256_n32_w4));
        g.init(new HSSKeyGenerationParameters(p, new SecureRandom()));
        AsymmetricCipherKeyPair pair = g.generateKeyPair();
        HSSSigner s = new HSSSigner();
        s.init(true, pair.getPrivate());
        String set = "HSS:" + String.join(",", Collections.nCopies(levels, "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W4"));
        for (int i = 0; i < 34; i++) { // across a boundary of the lowest trees
            byte[] signature = s.generateSignature(message(i));
            if (i > 30 || i == 0)
                keep(set, ((HSSPublicKeyParameters)pair.getPublic()).getEncoded(), message(i), signature);
        }
    }

    static void xmss(int oid, String set) throws Exception {
        XMSSKeyPairGenerator g = new XMSSKeyPairGenerator();
        g.init(new XMSSKeyGenerationParameters(XMSSParameters.lookupByOID(oid), new SecureRandom()));
        AsymmetricCipherKeyPair pair = g.generateKeyPair();
        XMSSSigner s = new XMSSSigner();
        s.init(true, pair.getPrivate());
        for (int i = 0; i < 3; i++)
            keep(set, ((XMSSPublicKeyParameters)pair.getPublic()).getEncoded(), message(i), s.generateSignature(message(i)));
    }

    static void xmssmt(int oid, String set) throws Exception {
        XMSSMTKeyPairGenerator g = new XMSSMTKeyPairGenerator();
        g.init(new XMSSMTKeyGenerationParameters(XMSSMTParameters.lookupByOID(oid), new SecureRandom()));
        AsymmetricCipherKeyPair pair = g.generateKeyPair();
        XMSSMTSigner s = new XMSSMTSigner();
        s.init(true, pair.getPrivate());
        for (int i = 0; i < 34; i++) {
            byte[] signature = s.generateSignature(message(i));
            if (i > 30 || i == 0)
                keep(set, ((XMSSMTPublicKeyParameters)pair.getPublic()).getEncoded(), message(i), signature);
        }
    }

    static void sign() throws Exception {
        made = new PrintWriter(Files.newBufferedWriter(folder.resolve("made")));
        lms(LMSigParameters.lms_sha256_n32_h5, 5, LMOtsParameters.sha256_n32_w1, 1);
        lms(LMSigParameters.lms_sha256_n32_h5, 5, LMOtsParameters.sha256_n32_w2, 2);
        lms(LMSigParameters.lms_sha256_n32_h5, 5, LMOtsParameters.sha256_n32_w4, 4);
        lms(LMSigParameters.lms_sha256_n32_h10, 10, LMOtsParameters.sha256_n32_w8, 8);
        hss(2);
        hss(3);
        xmss(1, "XMSS-SHA2_10_256");
        xmss(4, "XMSS-SHA2_10_512");
        xmss(7, "XMSS-SHAKE_10_256");
        xmss(10, "XMSS-SHAKE_10_512");
        xmssmt(2, "XMSSMT-SHA2_20/4_256");
        xmssmt(0x12, "XMSSMT-SHAKE_20/4_256");
        made.close();
    }

    public static void main(String[] args) throws Exception {
        folder = Paths.get(args[1]);
        if (args[0].equals("verify"))
            verify();
        else
            sign();
    }
}
